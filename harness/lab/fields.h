// SPDX-License-Identifier: GPL-2.0-only
// Reads a JSON object of which every key must be known and every value of the right kind.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "lab/capability.h"

namespace verdict {

/// The keys of one object. Errors name the place: "qemu/profiles/vmxnet3.json: limits: ...".
class Fields {
public:
  /// Error: it is no object.
  static Result<Fields> of(nlohmann::json value, std::string place);

  /// The value of a key. Error: it is missing, or not of this type.
  template <typename T>
  Result<T> get(const std::string &key)
  {
    asked_.insert(key);
    const auto at = object_.find(key);
    if (at == object_.end())
      return fail(place_ + ": \"" + key + "\" is missing");
    return as<T>(*at, key);
  }

  /// The value of a key, or nothing if it is null. Error: it is missing, or not of this type.
  template <typename T>
  Result<std::optional<T>> get_or_null(const std::string &key)
  {
    if (const auto at = object_.find(key); at != object_.end() && at->is_null()) {
      asked_.insert(key);
      return std::nullopt;
    }
    return get<T>(key).map([](T value) { return std::optional<T>(std::move(value)); });
  }

  /// The value of a key that may be left out. Error: it is not of this type.
  template <typename T>
  Result<T> get_or(const std::string &key, T otherwise)
  {
    return object_.contains(key) ? get<T>(key) : Result<T>(std::move(otherwise));
  }

  /// An object in it.
  Result<Fields> object(const std::string &key);

  /// The keys of an object in it are names of enumerators; a value is a string. Error: a name that
  /// is none.
  template <typename Names>
  auto texts_by_name(const std::string &key, const Names &names)
      -> Result<std::map<typename Names::value_type::first_type, std::string>>
  {
    std::map<typename Names::value_type::first_type, std::string> texts;
    auto fields = TRY(object(key));
    for (const auto &[name, value] : names) {
      if (fields.object_.contains(value))
        texts[name] = TRY(fields.get<std::string>(std::string(value)));
    }
    TRY(fields.done());
    return texts;
  }

  /// The same with a value for each name; null is nothing. Error: a name that is none, or missing.
  template <typename Names>
  auto all_texts_by_name(const std::string &key, const Names &names)
      -> Result<std::map<typename Names::value_type::first_type, std::optional<std::string>>>
  {
    std::map<typename Names::value_type::first_type, std::optional<std::string>> texts;
    auto fields = TRY(object(key));
    for (const auto &[name, value] : names)
      texts[name] = TRY(fields.get_or_null<std::string>(std::string(value)));
    TRY(fields.done());
    return texts;
  }

  /// The enumerator that a name stands for. Error: it is none.
  template <typename Names>
  auto named(const std::string &key, const Names &names)
      -> Result<typename Names::value_type::first_type>
  {
    return lookup(key, TRY(get<std::string>(key)), names);
  }

  /// The enumerators that an array of names lists. Error: a name that is none.
  template <typename Names>
  auto listed(const std::string &key, const Names &names)
      -> Result<std::set<typename Names::value_type::first_type>>
  {
    std::set<typename Names::value_type::first_type> found;
    for (const std::string &text : TRY(get<std::vector<std::string>>(key)))
      found.insert(TRY(lookup(key, text, names)));
    return found;
  }

  /// Error: a key that nobody has asked for.
  Result<void> done() const;

private:
  Fields(nlohmann::json object, std::string place)
      : object_(std::move(object)), place_(std::move(place))
  {
  }

  template <typename Names>
  auto lookup(const std::string &key, const std::string &text, const Names &names) const
      -> Result<typename Names::value_type::first_type>
  {
    for (const auto &[value, name] : names) {
      if (name == text)
        return value;
    }
    return fail(place_ + ": " + key + ": \"" + text + "\" is not known");
  }

  template <typename T>
  Result<T> as(const nlohmann::json &value, const std::string &key) const
  {
    try {
      return value.get<T>();
    } catch (const nlohmann::json::exception &) {
      return fail(place_ + ": \"" + key + "\" cannot be " + value.dump());
    }
  }

  nlohmann::json object_;
  std::string place_;
  std::set<std::string> asked_;
};

/// The JSON of a file. Error: no such file, or no JSON in it.
Result<nlohmann::json> read_json(const std::string &path);

} // namespace verdict
