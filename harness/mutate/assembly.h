// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace verdict::mutate {

/// The functions of gcc's assembly language whose names hold `part`, by name. Two functions have
/// the same text when they do the same, whatever they, their labels and their static variables are
/// called.
std::map<std::string, std::string> comparable_functions(std::string_view assembly,
                                                        std::string_view part);

} // namespace verdict::mutate
