// SPDX-License-Identifier: GPL-2.0-only
#include "lab/column.h"

#include <cstdlib>

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/gtest_result.h"
#include "lab/fields.h"
#include "lab/kernel_profile.h"
#include "tests/temporary_directory.h"

namespace verdict {

namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Profiles of the project, which a test changes.
class Profiles : public testing::Test {
protected:
  /// One that nothing is wrong with, as the project has it.
  static json of_project(const std::string &name)
  {
    auto profile = read_json(profile_directory() + "/" + name + ".json");
    EXPECT_OK(profile);
    return profile.value_or(json::object());
  }

  void put(const std::string &name, const json &profile) { put_text(name, profile.dump()); }

  void put_text(const std::string &name, const std::string &text)
  {
    ASSERT_OK(write_file(directory_.path() / (name + ".json"), text));
  }

  Result<std::vector<Column>> load() { return load_columns(kernel_, directory_.path()); }

  /// A profile of its own: no other is needed for it.
  json alone()
  {
    json profile = of_project("virtio_net");
    profile["others"] = json::array({ "alone" });
    return profile;
  }

  void expect_refused(const std::string &because)
  {
    const auto columns = load();
    ASSERT_FALSE(columns);
    EXPECT_THAT(columns.error().message, HasSubstr(because));
  }

  TemporaryDirectory directory_;
  std::string kernel_ = "stable";
};

TEST_F(Profiles, OfTheProjectAreInOrder)
{
  ASSERT_OK_AND_ASSIGN(const auto columns, load_columns("stable"));
  std::vector<std::string> names;
  for (const Column &column : columns) {
    if (column.suites.contains(Suite::verdicts))
      names.push_back(column.test_name());
    ASSERT_FALSE(column.nics.empty());
    for (const auto &[what, reason] : column.nics[0].cannot)
      EXPECT_GE(reason.size(), 10u) << column.name << " gives no reason";
  }
  ASSERT_GE(names.size(), 5u);
  EXPECT_EQ(names[0], "e1000_82540em");
}

TEST_F(Profiles, OfTheProjectLoadTheirKernels)
{
  for (const char *name : { "stable", "next", "debug", "next-debug", "arm64" })
    EXPECT_OK(load_kernel_profile(name));
  ASSERT_OK_AND_ASSIGN(const auto stable, load_kernel_profile("stable"));
  EXPECT_FALSE(stable.can(KernelCan::find_leaks));
  const auto none = load_kernel_profile("none");
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("there is no kernel none"));
}

TEST_F(Profiles, SayWhatADriverIs)
{
  json profile = alone();
  profile["cannot"]["cut_frags"] = "it has but one buffer";
  profile["xdp_features"] = { "basic", "ndo-xmit" };
  profile["counters"]["drop"] = "rx_dropped_by_program";
  profile["counters"]["tx"] = nullptr;
  profile["older_options"] = { "mitigation=off" };
  put("alone", profile);
  ASSERT_OK_AND_ASSIGN(const auto columns, load());
  ASSERT_EQ(columns.size(), 1u);
  const Column &column = columns[0];
  EXPECT_EQ(column.name, "alone");
  EXPECT_TRUE(column.native());
  EXPECT_TRUE(column.can(Can::jumbo));
  EXPECT_FALSE(column.can(Can::cut_frags));
  ASSERT_EQ(column.nics.size(), 2u);
  const Nic &nic = column.nics[0];
  EXPECT_EQ(nic.cannot.at(Can::cut_frags), "it has but one buffer");
  EXPECT_EQ(nic.xdp_features, 1u | 4u);
  EXPECT_EQ(nic.counters.at(Counter::drop), "rx_dropped_by_program");
  EXPECT_EQ(nic.counters.at(Counter::tx), std::nullopt);
  EXPECT_EQ(nic.limits.linear_mtu, 3506u);
  EXPECT_EQ(nic.limits.burst, 64u);
  EXPECT_EQ(nic.device.model, "virtio-net-pci");
  EXPECT_THAT(nic.older_options, ElementsAre("mitigation=off"));
}

TEST_F(Profiles, ExtendOthersKeyByKey)
{
  json base = alone();
  base["cannot"].update({ { "pad", "base" }, { "cut_frags", "base" } });
  base["order"] = 2;
  put("alone", base);
  put("child", { { "extends", "alone" },
                 { "order", 1 },
                 { "suites", { "memory" } },
                 { "others", json::array() },
                 { "cannot", { { "cut_frags", "child" } } },
                 { "machine", { { "memory_mib", 512 } } } });
  ASSERT_OK_AND_ASSIGN(const auto columns, load());
  ASSERT_EQ(columns.size(), 2u);
  const Column &child = columns[0];
  EXPECT_EQ(child.name, "child");
  EXPECT_THAT(child.suites, ElementsAre(Suite::memory)) << "suites are a profile's own";
  EXPECT_THAT(child.nics, testing::SizeIs(1));
  EXPECT_EQ(child.nics[0].cannot.at(Can::pad), "base");
  EXPECT_EQ(child.nics[0].cannot.at(Can::cut_frags), "child");
  EXPECT_EQ(child.machine.memory_mib, 512u);
  EXPECT_EQ(columns[1].machine.memory_mib, 0u);
}

TEST_F(Profiles, WithoutSuitesAreNoColumns)
{
  json profile = alone();
  profile.erase("suites");
  put("alone", profile);
  ASSERT_OK_AND_ASSIGN(const auto columns, load());
  EXPECT_THAT(columns, IsEmpty());
}

TEST_F(Profiles, WithAnUnknownKeyAreRefused)
{
  json profile = alone();
  profile["modulse"] = "a slip";
  put("alone", profile);
  expect_refused("alone.json: \"modulse\" is not known");
}

TEST_F(Profiles, WithoutAKeyAreRefused)
{
  for (const char *key :
       { "device", "driver", "modules", "mode", "cannot", "counters", "program_counters",
         "refusals", "xdp_features", "ring_reader", "limits", "others", "order" }) {
    SCOPED_TRACE(key);
    json profile = alone();
    profile.erase(key);
    put("alone", profile);
    expect_refused("alone.json: \"" + std::string(key) + "\" is missing");
  }
}

TEST_F(Profiles, WithAnUnknownCapabilityAreRefused)
{
  json profile = alone();
  profile["cannot"] = { { "fly", "no wings" } };
  put("alone", profile);
  expect_refused("alone.json: cannot: \"fly\" is not known");
}

TEST_F(Profiles, MustNameEveryCounterAndLimit)
{
  json profile = alone();
  profile["counters"].erase("xmit");
  put("alone", profile);
  expect_refused("alone.json: counters: \"xmit\" is missing");
  profile = alone();
  profile["limits"].erase("burst");
  put("alone", profile);
  expect_refused("alone.json: limits: \"burst\" is missing");
}

TEST_F(Profiles, TellTheLimitsOfWhatTheNicCanDo)
{
  json profile = alone();
  profile["limits"]["linear_mtu"] = nullptr;
  put("alone", profile);
  expect_refused("limits: \"linear_mtu\" is null, and \"cannot\" has no \"refuse_without_frags\"");
}

TEST_F(Profiles, WithAWrongValueAreRefused)
{
  json profile = alone();
  profile["limits"]["linear_mtu"] = "large";
  put("alone", profile);
  expect_refused("limits: \"linear_mtu\" cannot be \"large\"");
  profile = alone();
  profile["suites"] = { "verdict" };
  put("alone", profile);
  expect_refused("suites: \"verdict\" is not known");
  profile = alone();
  profile["mode"] = "offload";
  put("alone", profile);
  expect_refused("mode: \"offload\" is not known");
}

TEST_F(Profiles, MaySaySomethingForOneKernel)
{
  json profile = alone();
  profile["xdp_features"] = { "basic", "ndo-xmit" };
  profile["on"] = { { "next",
                      { { "xdp_features", { "basic" } },
                        { "cannot", { { "jumbo", "there it has but one buffer" } } } } } };
  put("alone", profile);
  ASSERT_OK_AND_ASSIGN(const auto stable, load());
  EXPECT_EQ(stable.at(0).nics[0].xdp_features, 5u);
  EXPECT_TRUE(stable.at(0).can(Can::jumbo));
  kernel_ = "next";
  ASSERT_OK_AND_ASSIGN(const auto next, load());
  EXPECT_EQ(next.at(0).nics[0].xdp_features, 1u);
  EXPECT_FALSE(next.at(0).can(Can::jumbo));
  EXPECT_FALSE(next.at(0).can(Can::pad)) << "what else it cannot do, it cannot there either";
  profile["on"] = { { "net-next", json::object() } };
  put("alone", profile);
  expect_refused("alone.json: \"on\": \"net-next\" is no kernel");
}

TEST_F(Profiles, ThatReferToNoneAreRefused)
{
  json profile = alone();
  profile["others"] = { "gone" };
  put("alone", profile);
  expect_refused("gone.json does not exist");
  profile = alone();
  profile["extends"] = "alone";
  put("alone", profile);
  expect_refused("alone.json extends itself");
}

TEST_F(Profiles, ThatAreNoJsonAreRefused)
{
  put_text("alone", "{ \"order\": ");
  expect_refused("alone.json: ");
  put_text("alone", "[]");
  put("other", alone());
  expect_refused("alone.json: it must be an object");
}

TEST_F(Profiles, AreWhereTheEnvironmentSays)
{
  put("alone", alone());
  ::setenv("VERDICT_PROFILES", directory_.path().c_str(), 1);
  const auto columns = load_columns(kernel_);
  ::unsetenv("VERDICT_PROFILES");
  ASSERT_OK(columns);
  ASSERT_EQ(columns->size(), 1u);
  EXPECT_EQ(columns->front().name, "alone");
}

TEST_F(Profiles, AreNotElsewhere)
{
  const auto columns = load_columns("stable", directory_.path() / "none");
  ASSERT_FALSE(columns);
  EXPECT_THAT(columns.error().message, HasSubstr("is this the project's top?"));
}

TEST_F(Profiles, AreFoundByName)
{
  ASSERT_OK_AND_ASSIGN(const auto columns, load_columns("stable"));
  ASSERT_OK_AND_ASSIGN(const Column column, find_column(columns, "stock-e1000"));
  EXPECT_FALSE(column.native());
  EXPECT_FALSE(find_column(columns, "stock"));
}

} // namespace

} // namespace verdict
