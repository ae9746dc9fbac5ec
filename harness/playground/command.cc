// SPDX-License-Identifier: GPL-2.0-only
#include "playground/command.h"

#include <algorithm>
#include <charconv>
#include <functional>

#include <fmt/format.h>

#include "playground/frame_text.h"

namespace verdict::playground {

namespace {

using Words = std::vector<std::string>;

/// What stands behind a command's name.
struct Arguments {
  std::string text; ///< as it is
  Words words;      ///< divided at blanks; in quotes one may have blanks
};

struct Form {
  const char *name, *arguments, *does;
  std::function<Result<Command>(const Arguments &)> parse;
};

constexpr const char *blanks = " \t";

std::string_view trimmed(std::string_view text)
{
  const size_t begin = text.find_first_not_of(blanks);
  if (begin == text.npos)
    return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

Result<Words> split_words(std::string_view text)
{
  Words words;
  bool inside = false;
  char quote = 0;
  for (const char c : text) {
    if (quote) {
      if (c == quote)
        quote = 0;
      else
        words.back() += c;
      continue;
    }
    if (c == ' ' || c == '\t') {
      inside = false;
      continue;
    }
    if (!inside)
      words.emplace_back();
    inside = true;
    if (c == '"' || c == '\'')
      quote = c;
    else
      words.back() += c;
  }
  if (quote)
    return fail(std::string("the ") + quote + " has no end");
  return words;
}

std::optional<uint64_t> number_of(const std::string &word)
{
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (word.empty() || error != std::errc() || end != word.data() + word.size())
    return {};
  return value;
}

Result<Command> parse_send(const Arguments &given)
{
  constexpr uint64_t most = 10'000'000;
  Send send{ .frame = given.words };
  if (send.frame.size() == 2 && send.frame.front() == "pcap")
    return SendCapture{ send.frame.back() };
  if (send.frame.empty())
    return fail("what? A frame, N and a frame, or pcap and a file");
  if (const auto count = number_of(send.frame.front())) {
    if (!*count || *count > most)
      return fail(fmt::format("1 to {} frames at once", most));
    send.count = *count;
    send.frame.erase(send.frame.begin());
  }
  return send;
}

Result<Command> parse_watch(const Arguments &given)
{
  if (given.words.empty())
    return Watch{};
  const auto count = number_of(given.words.front());
  if (given.words.size() != 1 || !count || !*count)
    return fail("how many frames? A number, or nothing");
  return Watch{ *count };
}

Result<Command> parse_wire(const Arguments &given)
{
  if (given.text == "up" || given.text == "down")
    return SetWire{ given.text == "up" };
  return fail("up or down?");
}

Result<Command> parse_nic(const Arguments &given)
{
  if (given.words.size() == 1) {
    if (const auto index = number_of(given.words.front()))
      return ChooseNic{ *index };
  }
  return fail("which? 0 is the first");
}

Result<Command> parse_expect(const Arguments &given)
{
  // Names of counters may have blanks.
  const size_t last = given.text.find_last_of(blanks);
  if (last != given.text.npos) {
    if (const auto number = number_of(given.text.substr(last + 1)))
      return Expect{ std::string(trimmed(given.text.substr(0, last))), *number };
  }
  return fail("what? frames or a counter's name, and how many");
}

/// A command that takes one file.
template <typename Kind>
Result<Command> parse_file(const Arguments &given)
{
  if (given.words.size() != 1)
    return fail("which file?");
  return Kind{ given.words.front() };
}

/// A command that takes nothing.
template <typename Kind>
Result<Command> parse_alone(const Arguments &given)
{
  if (!given.words.empty())
    return fail("it takes nothing");
  return Kind{};
}

const std::vector<Form> &forms()
{
  static const std::vector<Form> all{
    { "send", "[N] FRAME | pcap FILE",
      "send a frame, once or N times, or those of a capture file, and show what comes of it",
      parse_send },
    { "watch", "[N]",
      "show frames as they come and what the drivers count, until N have come or a key is pressed",
      parse_watch },
    { "wire", "up | down", "plug the cable in, or pull it", parse_wire },
    { "pcap", "FILE", "write all that has been on the wire up to now, as pcapng",
      parse_file<SaveCapture> },
    { "nic", "N", "the commands are about this NIC from now on", parse_nic },
    { "counters", "", "show what the driver has counted up to now", parse_alone<Counters> },
    { "attach", "FILE", "bring a BPF object into the guest and attach its first program",
      parse_file<Attach> },
    { "detach", "", "take the program off", parse_alone<Detach> },
    { "put", "FILE", "bring a file into the guest, into its folder /tmp", parse_file<Put> },
    { "guest", "COMMAND", "run a command in the guest",
      [](const Arguments &given) -> Result<Command> {
        if (given.text.empty())
          return fail("which command?");
        return InGuest{ given.text };
      } },
    { "expect", "(frames | COUNTER) NUMBER",
      "for scripts: an error unless so many frames came since the last send, or so many were "
      "counted",
      parse_expect },
    { "help", "[COMMAND]", "show this, or all about a command",
      [](const Arguments &given) -> Result<Command> { return Help{ given.text }; } },
    { "exit", "", "end the guest and go", parse_alone<Quit> },
    { "quit", "", "the same", parse_alone<Quit> },
  };
  return all;
}

const Form *find_form(std::string_view name)
{
  const auto form = std::find_if(forms().begin(), forms().end(),
                                 [&](const Form &one) { return one.name == name; });
  return form == forms().end() ? nullptr : &*form;
}

Result<const Form *> known_form(std::string_view name)
{
  if (const Form *form = find_form(name))
    return form;
  return fail("there is no command \"" + std::string(name) + "\"; help lists all");
}

std::string usage(const Form &form)
{
  return std::string(form.name) + (*form.arguments ? " " : "") + form.arguments;
}

} // namespace

Result<Command> parse_command(std::string_view line)
{
  line = trimmed(line);
  if (line.empty() || line.front() == '#')
    return Nothing{};
  const std::string_view name = line.substr(0, line.find_first_of(blanks));
  const Form *form = TRY(known_form(name));
  Arguments given{ .text = std::string(trimmed(line.substr(name.size()))) };
  // The guest's shell has quotes of its own.
  if (name != "guest")
    given.words = TRY(split_words(given.text));
  auto command = form->parse(given);
  if (!command)
    return fail(usage(*form) + ": " + command.error().message);
  return command;
}

std::vector<std::string> command_names()
{
  std::vector<std::string> names;
  for (const Form &form : forms())
    names.push_back(form.name);
  return names;
}

Result<std::string> help_on(const std::string &topic)
{
  std::string text;
  if (!topic.empty()) {
    const Form *form = TRY(known_form(topic));
    text = usage(*form) + "\n  " + form->does + "\n";
    return topic == "send" ? text + "\n" + frame_help : text;
  }
  for (const Form &form : forms())
    text += fmt::format("{:32} {}\n", usage(form), form.does);
  return text;
}

} // namespace verdict::playground
