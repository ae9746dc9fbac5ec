// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>

#include "base/file.h"
#include "base/gtest_result.h"
#include "base/text.h"
#include "qemu/machine_config.h"
#include "tests/golden.h"
#include "tests/temporary_directory.h"

namespace verdict {

namespace {

using testing::Contains;
using testing::HasSubstr;

MachineConfig config_of(std::vector<NicConfig> nics)
{
  MachineConfig config;
  config.kernel = "kernel";
  config.initrd = "initrd";
  config.nics = std::move(nics);
  return config;
}

TEST(QemuArguments, AreWhatTheyWere)
{
  const auto arguments =
      qemu_arguments(config_of({ { "e1000", "mitigation=off" }, { "vmxnet3", "", "bridge" } }),
                     { .serial_log = "serial.log",
                       .trace_log = "trace.log",
                       .qmp_fd = 100,
                       .agent_fd = 101,
                       .first_wire_fd = 102,
                       .incoming = true });
  expect_golden("qemu_arguments", join(arguments, "\n") + "\n");
}

TEST(QemuArguments, PutNicsWhereDriversFindThem)
{
  EXPECT_EQ(nic_pci_address(0), "0000:00:10.0");
  EXPECT_EQ(nic_pci_address(1), "0000:00:11.0");
}

TEST(QemuArguments, NeverAskForKvm)
{
  const auto arguments = qemu_arguments(config_of({}), {});
  const auto accel = std::find(arguments.begin(), arguments.end(), "-accel");
  ASSERT_NE(accel, arguments.end());
  EXPECT_EQ(accel[1], "tcg");
  EXPECT_THAT(join(arguments, " "), testing::Not(HasSubstr("kvm")));
}

TEST(QemuArguments, CountTimeAndLoadAPluginWhereAsked)
{
  MachineConfig config = config_of({});
  config.cpu = "max,erms=off";
  config.counted_time = true;
  const auto arguments = qemu_arguments(config, { .plugin = "counters.so", .plugin_fd = 99 });
  const std::string all = join(arguments, " ");
  EXPECT_THAT(all, HasSubstr("-cpu max,erms=off "));
  EXPECT_THAT(all, HasSubstr("-icount shift=0,sleep=on"));
  EXPECT_THAT(all, HasSubstr(" tsc_early_khz=1000000"));
  EXPECT_THAT(all, HasSubstr("-plugin counters.so,fd=99"));
  const auto plain = qemu_arguments(config_of({}), {});
  EXPECT_THAT(join(plain, " "),
              testing::Not(testing::AnyOf(HasSubstr("-icount"), HasSubstr("-plugin"))));
}

TEST(QemuArguments, TellTheGuestHowFastItsCounterCounts)
{
  const MachineConfig config = config_of({});
  EXPECT_THAT(join(qemu_arguments(config, { .tsc_khz = 2'900'000 }), " "),
              HasSubstr(" tsc_early_khz=2900000"));
  EXPECT_THAT(join(qemu_arguments(config, {}), " "), testing::Not(HasSubstr("tsc_early_khz")));
}

TEST(QemuArguments, GiveTheGuestADiskThatItCannotWriteTo)
{
  MachineConfig config = config_of({});
  config.disk = "root.ext4";
  EXPECT_THAT(join(qemu_arguments(config, {}), " "),
              HasSubstr("-drive if=none,id=disk,format=raw,readonly=on,file=root.ext4 "
                        "-device virtio-blk-pci,drive=disk"));
}

TEST(QemuArguments, GiveTheGuestATerminalWhereAsked)
{
  MachineConfig config = config_of({});
  EXPECT_THAT(join(qemu_arguments(config, {}), " "), testing::Not(HasSubstr("virtconsole")));
  config.console = true;
  EXPECT_THAT(join(qemu_arguments(config, { .console_fd = 98 }), " "),
              HasSubstr("-chardev socket,id=console,fd=98 "
                        "-device virtconsole,bus=ports.0,nr=2,chardev=console"));
}

TEST(QemuArguments, AreThoseOfTheArchitecture)
{
  MachineConfig config = config_of({});
  config.architecture = arm64;
  config.chipset = "virt";
  const auto arguments = qemu_arguments(config, { .tsc_khz = 2'900'000 });
  EXPECT_EQ(arguments.front(), "qemu-system-aarch64");
  const std::string all = join(arguments, " ");
  EXPECT_THAT(all, HasSubstr("-machine virt "));
  EXPECT_THAT(all, HasSubstr("-cpu cortex-a72 "));
  EXPECT_THAT(all, HasSubstr("console=ttyAMA0"));
  EXPECT_THAT(
      all, testing::Not(testing::AnyOf(HasSubstr("ttyS0"), HasSubstr("lpj="), HasSubstr("tsc"))));
}

TEST(QemuArguments, BootAnElfKernelWithoutABios)
{
  const TemporaryDirectory directory;
  MachineConfig config = config_of({});
  config.kernel = directory.path() / "vmlinux";
  ASSERT_OK(write_file(config.kernel, "\x7f"
                                      "ELF and more"));
  const auto arguments = qemu_arguments(config, {});
  EXPECT_THAT(arguments, Contains("qboot.rom"));
}

} // namespace

} // namespace verdict
