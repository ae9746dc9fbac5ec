// SPDX-License-Identifier: GPL-2.0-only
#include "cost/svg.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <fmt/format.h>

namespace verdict::cost {

namespace {

constexpr const char *colours[] = { "#3a6ea5", "#c8553d", "#588157", "#e9a23b",
                                    "#8e6c8a", "#7a7a7a", "#2a9d8f", "#b56576" };

const char *colour(size_t index)
{
  return colours[index % std::size(colours)];
}

std::string open_document(double width, double height, const std::string &title)
{
  return fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0f} {:.0f}\" "
                     "width=\"{:.0f}\" font-family=\"sans-serif\" font-size=\"12\">\n"
                     "<!-- SPDX-License-Identifier: GPL-2.0-only -->\n"
                     "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
                     "<text x=\"10\" y=\"20\" font-size=\"15\">{}</text>\n",
                     width, height, width, escaped(title));
}

std::string text_at(double x, double y, const char *anchor, const std::string &text)
{
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     escaped(text));
}

std::string rectangle(double x, double y, double width, double height, size_t which)
{
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"/>\n", x, y,
      width, height, colour(which));
}

std::string legend(double x, double y, size_t which, const std::string &label)
{
  return rectangle(x, y - 10, 10, 10, which) + text_at(x + 15, y, "start", label);
}

/// 1, 2 or 5 times a power of ten, so that a few steps of it reach `most`.
double step_for(double most)
{
  const double power = std::pow(10, std::floor(std::log10(std::max(most, 1.0))));
  for (const double step : { 0.1, 0.2, 0.5, 1.0, 2.0 }) {
    if (most / (step * power) <= 6)
      return step * power;
  }
  return 2 * power;
}

} // namespace

std::string escaped(const std::string &text)
{
  std::string safe;
  for (const char c : text) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '"')
      safe += "&quot;";
    else
      safe += c;
  }
  return safe;
}

std::string svg(const BarChart &chart)
{
  constexpr double left = 260, length = 440, row = 22, top = 60;
  double most = 1;
  for (const Bar &bar : chart.bars)
    most = std::max(most, std::accumulate(bar.parts.begin(), bar.parts.end(), 0.0));

  const double rows = static_cast<double>(chart.bars.size());
  std::string text = open_document(left + length + 90, top + rows * row + 15,
                                   chart.title + " (" + chart.unit + ")");
  for (size_t part = 0; part < chart.parts.size(); part++)
    text += legend(left + 85 * static_cast<double>(part), 42, part, chart.parts[part]);
  double y = top;
  for (const Bar &bar : chart.bars) {
    text += text_at(left - 8, y + 14, "end", bar.label);
    double x = left;
    for (size_t part = 0; part < bar.parts.size(); part++) {
      const double width = std::max(bar.parts[part], 0.0) / most * length;
      text += rectangle(x, y + 2, width, row - 6, part);
      x += width;
    }
    const double sum = std::accumulate(bar.parts.begin(), bar.parts.end(), 0.0);
    text += text_at(x + 6, y + 14, "start", fmt::format("{:.0f}", sum));
    y += row;
  }
  return text + "</svg>\n";
}

std::string svg(const LineChart &chart)
{
  constexpr double left = 70, top = 50, width = 520, height = 300, legend_width = 260;
  std::set<double> values;
  double most = 1;
  for (const Line &line : chart.lines) {
    for (const auto &[x, y] : line.points) {
      values.insert(x);
      most = std::max(most, y);
    }
  }
  const double step = step_for(most);
  most = std::ceil(most / step) * step;
  const auto x_of = [&](double value) {
    const auto index = std::distance(values.begin(), values.find(value));
    const double gaps = std::max<double>(static_cast<double>(values.size()) - 1, 1);
    return left + width * static_cast<double>(index) / gaps;
  };
  const auto y_of = [&](double value) { return top + height * (1 - value / most); };

  std::string text = open_document(left + width + legend_width, top + height + 50,
                                   chart.title + " (" + chart.y_unit + ")");
  for (double value = 0; value <= most; value += step) {
    text += fmt::format(
        "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#ddd\"/>\n", left,
        y_of(value), left + width, y_of(value));
    text += text_at(left - 8, y_of(value) + 4, "end", fmt::format("{:.0f}", value));
  }
  for (const double value : values)
    text += text_at(x_of(value), top + height + 18, "middle", fmt::format("{:.0f}", value));
  text += text_at(left + width / 2, top + height + 38, "middle", chart.x_unit);
  for (size_t i = 0; i < chart.lines.size(); i++) {
    std::string points;
    for (const auto &[x, y] : chart.lines[i].points)
      points += fmt::format("{:.1f},{:.1f} ", x_of(x), y_of(y));
    text +=
        fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n",
                    points, colour(i));
    text +=
        legend(left + width + 20, top + 20 * static_cast<double>(i + 1), i, chart.lines[i].label);
  }
  return text + "</svg>\n";
}

} // namespace verdict::cost
