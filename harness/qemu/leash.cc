// SPDX-License-Identifier: GPL-2.0-only
// verdict_leash PARENT PROGRAM ARGUMENT...: becomes PROGRAM, which then dies when PARENT does.
// posix_spawn cannot ask for that by itself. To the kernel PARENT is the thread that called it.
#include <cstdio>
#include <cstdlib>

#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
  if (argc < 3) {
    std::fprintf(stderr, "usage: verdict_leash PARENT-PID PROGRAM [ARGUMENT...]\n");
    return 2;
  }
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) {
    std::perror("prctl(PR_SET_PDEATHSIG)");
    return 127;
  }
  // The parent may have died before the line above; then nobody would ever send the signal.
  if (getppid() != std::atoi(argv[1]))
    return 127;
  execvp(argv[2], argv + 2);
  std::perror(argv[2]);
  return 127;
}
