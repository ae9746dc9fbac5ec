// SPDX-License-Identifier: GPL-2.0-only
#include "cost/report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "cost/plan.h"
#include "cost/svg.h"
#include "cost/table.h"

namespace verdict::cost {

using nlohmann::ordered_json;

namespace {

/// Functions with less are not listed; their sum is in the total.
constexpr double listed = 0.05;
constexpr size_t in_profile = 25;

ordered_json to_json(const Measurement &m)
{
  ordered_json parts, registers = ordered_json::array(), functions;
  for (const Range range : ranges)
    parts[to_string(range)] = total(m.functions, range);
  for (const auto &[where, accesses] : m.registers) {
    registers.push_back({ { "device", where.device },
                          { "offset", where.offset },
                          { "writes", accesses.writes },
                          { "reads", accesses.reads } });
  }
  for (const FunctionCost &function : m.functions) {
    if (function.instructions >= listed)
      functions[function.name] = function.instructions;
  }
  return { { "system", m.system },        { "path", m.path },
           { "bytes", m.point.size },     { "ring", m.point.ring },
           { "flows", m.point.flows },    { "instructions", m.instructions },
           { "spread", m.spread },        { "register writes", m.writes },
           { "register reads", m.reads }, { "frames per poll", m.per_poll },
           { "ranges", parts },           { "registers", registers },
           { "functions", functions } };
}

std::string title_of(const Measurement &m)
{
  return m.system + ": " + m.path;
}

bool at_base(const Measurement &m)
{
  const Path *path = find_path(m.path);
  return m.point == (path ? path->base : Point{});
}

/// Every path at its base point whose name begins so.
BarChart bars_of(const Report &report, const std::string &title, const std::string &prefix)
{
  BarChart chart{ .title = title, .unit = "instructions a frame" };
  for (const Range range : ranges)
    chart.parts.push_back(to_string(range));
  for (const Measurement &m : report.measurements) {
    const bool peer = m.system == "DPDK" && prefix == "native";
    if (!at_base(m) || (!m.path.starts_with(prefix) && !peer))
      continue;
    Bar bar{ .label = title_of(m) };
    for (const Range range : ranges)
      bar.parts.push_back(total(m.functions, range));
    chart.bars.push_back(std::move(bar));
  }
  return chart;
}

/// Instructions over one dimension, the others being those of the base point.
template <typename Value>
LineChart lines_of(const Report &report, const std::string &title, const std::string &unit,
                   Value Point::*dimension)
{
  LineChart chart{ .title = title, .x_unit = unit, .y_unit = "instructions a frame" };
  for (const Measurement &base : report.measurements) {
    if (!(base.point == Point{}))
      continue;
    std::map<double, double> points;
    for (const Measurement &m : report.measurements) {
      Point otherwise = m.point;
      otherwise.*dimension = Point{}.*dimension;
      if (m.system == base.system && m.path == base.path && otherwise == Point{})
        points[static_cast<double>(m.point.*dimension)] = m.instructions;
    }
    if (points.size() > 1)
      chart.lines.push_back({ title_of(base), { points.begin(), points.end() } });
  }
  return chart;
}

constexpr double most_of_cheap = 2600;

/// The cheap paths, as the dear ones would press them flat.
LineChart cheap(LineChart chart)
{
  chart.title += ", cheap paths";
  std::erase_if(chart.lines, [](const Line &line) {
    return std::any_of(line.points.begin(), line.points.end(),
                       [](const auto &point) { return point.second > most_of_cheap; });
  });
  return chart;
}

std::string profiles(const Report &report)
{
  std::string html;
  for (const Measurement &m : report.measurements) {
    if (at_base(m))
      html += "<details><summary>" + escaped(title_of(m)) +
              fmt::format(": {:.1f}</summary><pre>", m.instructions) +
              escaped(functions_table(m, in_profile)) + "</pre></details>\n";
  }
  return html;
}

std::string page(const Report &report, const std::vector<std::string> &plots)
{
  std::string html = "<!doctype html>\n<!-- SPDX-License-Identifier: GPL-2.0-only -->\n"
                     "<html lang=\"en\"><head><meta charset=\"utf-8\"><title>What a frame "
                     "costs</title></head>\n<body style=\"font-family: sans-serif\">\n"
                     "<h1>What a frame costs</h1>\n<p>Instructions and register accesses of the "
                     "whole guest for each frame at saturation, kernel " +
                     escaped(report.kernel) +
                     ". Documentation/cost.md says how they are counted.</p>\n";
  for (const std::string &plot : plots)
    html += plot;
  html += "<h2>Ratios</h2>\n<pre>" + escaped(ratios_table(report)) + "</pre>\n";
  html += "<h2>All</h2>\n<pre>" + escaped(table(report.measurements)) + "</pre>\n";
  html += "<h2>Where the instructions went</h2>\n" + profiles(report);
  return html + "</body></html>\n";
}

} // namespace

const Measurement *find(const Report &report, const std::string &system, const std::string &path,
                        const Point &point)
{
  for (const Measurement &m : report.measurements) {
    if (m.system == system && m.path == path && m.point == point)
      return &m;
  }
  return nullptr;
}

std::string to_json(const Report &report)
{
  ordered_json all = ordered_json::array();
  for (const Measurement &m : report.measurements)
    all.push_back(to_json(m));
  return ordered_json{ { "kernel", report.kernel }, { "measurements", all } }.dump(1) + "\n";
}

std::string ratios_table(const Report &report)
{
  std::string text = fmt::format("{:18} {:>5} {:>5} {:>5} {:>9}  {:30} {:>9} {:>6}\n", "e1000",
                                 "bytes", "ring", "flows", "instr.", "peer", "instr.", "ratio");
  for (const Reach &reach : reaches()) {
    for (const Measurement &m : report.measurements) {
      if (m.system != "e1000" || m.path != reach.path)
        continue;
      const Measurement *peer = find(report, reach.system, reach.peer, m.point);
      if (!peer || peer->instructions <= 0)
        continue;
      const double ratio = m.instructions / peer->instructions;
      text += fmt::format("{:18} {:5} {:5} {:5} {:9.1f}  {:30} {:9.1f} {:6.2f}", m.path,
                          m.point.size, m.point.ring, m.point.flows, m.instructions,
                          title_of(*peer), peer->instructions, ratio);
      if (reach.at_most)
        text += fmt::format("  {} {:.1f}",
                            ratio <= *reach.at_most ? "<=" : "is to be <=", *reach.at_most);
      text += "\n";
    }
  }
  return text;
}

Result<void> write_report(const Report &report, const std::filesystem::path &directory)
{
  TRY(make_directories(directory));
  const LineChart sizes = lines_of(report, "By size", "bytes", &Point::size);
  const LineChart rings = lines_of(report, "By ring", "descriptors", &Point::ring);
  const LineChart flows = lines_of(report, "By flows", "UDP flows", &Point::flows);
  const std::vector<std::pair<std::string, std::string>> plots{
    { "drop", svg(bars_of(report, "Native XDP_DROP", "native DROP")) },
    { "native", svg(bars_of(report, "Native", "native")) },
    { "generic", svg(bars_of(report, "Generic", "generic")) },
    { "tc", svg(bars_of(report, "tc drop", "tc")) },
    { "stack", svg(bars_of(report, "UDP to a closed port", "stack")) },
    { "sizes", svg(sizes) },
    { "sizes-cheap", svg(cheap(sizes)) },
    { "rings", svg(rings) },
    { "rings-cheap", svg(cheap(rings)) },
    { "flows-cheap", svg(cheap(flows)) },
  };
  std::vector<std::string> shown;
  for (const auto &[name, document] : plots) {
    TRY(write_file(directory / (name + ".svg"), document));
    shown.push_back(document);
  }
  TRY(write_file(directory / "cost.json", to_json(report)));
  return write_file(directory / "report.html", page(report, shown));
}

} // namespace verdict::cost
