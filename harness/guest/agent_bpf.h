// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <bpf/libbpf.h>

#include "base/result.h"

namespace verdict::guest {

/// A loaded BPF object with the tracing programs attached from it.
struct Loaded {
  struct Close {
    void operator()(bpf_object *object) const { bpf_object__close(object); }
    void operator()(bpf_link *link) const { bpf_link__destroy(link); }
  };
  std::unique_ptr<bpf_object, Close> object;
  std::map<std::string, std::unique_ptr<bpf_link, Close>> links;
};

/// The object that bpf_load was given this name for.
Result<Loaded *> find_loaded(const std::string &name);

/// A program of a loaded object; an error if it was not among those to load.
Result<bpf_program *> find_program(const std::string &name, const std::string &program);

/// Takes what libbpf has printed since the last call: it is where the kernel's reasons are.
std::string take_libbpf_log();

/// An error with errno's text and the tail of libbpf's log.
tl::unexpected<Error> fail_libbpf(std::string_view what, int error);

} // namespace verdict::guest
