// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace verdict::cost {

/// A bar, of parts that lie one behind the other.
struct Bar {
  std::string label;
  std::vector<double> parts; ///< in the order of BarChart::parts
};

struct BarChart {
  std::string title, unit;
  std::vector<std::string> parts; ///< what the parts of every bar are
  std::vector<Bar> bars;
};

/// A chart of horizontal bars, with their sums beside them, as an SVG document.
std::string svg(const BarChart &chart);

struct Line {
  std::string label;
  std::vector<std::pair<double, double>> points;
};

/// Lines over an axis whose values are evenly spaced, whatever they are: 60, 508, 1514, 9014.
struct LineChart {
  std::string title, x_unit, y_unit;
  std::vector<Line> lines;
};

std::string svg(const LineChart &chart);

/// A text as XML and HTML want it.
std::string escaped(const std::string &text);

} // namespace verdict::cost
