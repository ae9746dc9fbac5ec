// SPDX-License-Identifier: GPL-2.0-only
#include "lab/fields.h"

#include "base/file.h"

namespace verdict {

using nlohmann::json;

Result<Fields> Fields::of(json value, std::string place)
{
  if (!value.is_object())
    return fail(place + ": it must be an object, and is " + value.dump());
  Fields fields(std::move(value), std::move(place));
  // Where the licence stands, as JSON has no comments.
  fields.asked_.insert("license");
  return fields;
}

Result<Fields> Fields::object(const std::string &key)
{
  return of(TRY(get<json>(key)), place_ + ": " + key);
}

Result<void> Fields::done() const
{
  for (const auto &[key, value] : object_.items()) {
    if (!asked_.contains(key))
      return fail(place_ + ": \"" + key + "\" is not known");
  }
  return {};
}

Result<json> read_json(const std::string &path)
{
  const std::string text = TRY(read_file(path));
  try {
    return json::parse(text);
  } catch (const json::exception &error) {
    return fail(path + ": " + error.what());
  }
}

} // namespace verdict
