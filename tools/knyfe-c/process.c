// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- process.c - Files and programs around the compiler -------------------===*/
#include "process.h"
#include "diag.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static bool write_all(int fd, const char *data, size_t size) {
  while (size) {
    ssize_t n = write(fd, data, size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    data += n;
    size -= (size_t)n;
  }
  return true;
}

bool kn_write_file(const char *path, const char *data, size_t size) {
  struct stat st;
  bool standard = !strcmp(path, "-");
  bool direct = standard || (stat(path, &st) == 0 && !S_ISREG(st.st_mode));
  size_t n = strlen(path);
  char *temp = malloc(n + 8);
  if (!temp)
    abort();
  memcpy(temp, path, n + 1);
  if (!direct)
    memcpy(temp + n, ".XXXXXX", 8);
  int fd = standard ? STDOUT_FILENO : direct ? open(path, O_WRONLY) : mkstemp(temp);
  bool ok = fd >= 0 && write_all(fd, data, size);
  int error = errno;
  if (fd >= 0 && !standard && close(fd) && ok) {
    ok = false;
    error = errno;
  }
  if (!direct && fd >= 0) {
    mode_t mask = umask(0);
    umask(mask);
    if (ok && (chmod(temp, 0666 & ~mask) || rename(temp, path))) {
      ok = false;
      error = errno;
    }
    if (!ok)
      unlink(temp);
  }
  free(temp);
  if (!ok)
    kn_report_plain(KN_DIAG_cannot_write, "cannot write '%s': %s", path, strerror(error));
  return ok;
}

char *kn_join_path(const char *dir, const char *name) {
  char *path = malloc(strlen(dir) + strlen(name) + 2);
  if (!path)
    abort();
  sprintf(path, "%s/%s", dir, name);
  return path;
}

char *kn_sibling(const char *name) {
  char self[4096];
  ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  if (n > 0) {
    self[n] = 0;
    char *slash = strrchr(self, '/');
    if (slash) {
      *slash = 0;
      char *path = kn_join_path(self, name);
      if (access(path, X_OK) == 0)
        return path;
      free(path);
    }
  }
  kn_report_plain(KN_DIAG_tool_failed, "'%s' is not beside knyfe-c; build it with ./build.sh build",
                  name);
  return NULL;
}

char *kn_make_temp_dir(void) {
  const char *base = getenv("TMPDIR");
  char *dir = kn_join_path(base && *base ? base : "/tmp", "knyfe-XXXXXX");
  if (mkdtemp(dir))
    return dir;
  kn_report_plain(KN_DIAG_cannot_write, "cannot create directory '%s': %s", dir, strerror(errno));
  free(dir);
  return NULL;
}

void kn_remove_temp_dir(char *dir) {
  DIR *d = dir ? opendir(dir) : NULL;
  for (struct dirent *e; d && (e = readdir(d));) {
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
      continue;
    char *path = kn_join_path(dir, e->d_name);
    unlink(path);
    free(path);
  }
  if (d) {
    closedir(d);
    rmdir(dir);
  }
  free(dir);
}

bool kn_run(char *const *argv, const char *stdout_path, bool verbose) {
  if (verbose) {
    for (int i = 0; argv[i]; i++)
      fprintf(stderr, "%s%s", i ? " " : "", argv[i]);
    fputc('\n', stderr);
  }
  fflush(NULL);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (stdout_path)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, stdout_path,
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t pid;
  int error = posix_spawn(&pid, argv[0], &actions, NULL, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error) {
    kn_report_plain(KN_DIAG_tool_failed, "cannot run '%s': %s", argv[0], strerror(error));
    return false;
  }
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return false;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return true;
  const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
  if (WIFSIGNALED(status))
    kn_report_plain(KN_DIAG_tool_failed, "'%s' was ended by signal %d (%s)", name, WTERMSIG(status),
                    strsignal(WTERMSIG(status)));
  else
    kn_report_plain(KN_DIAG_tool_failed, "'%s' failed with exit status %d", name,
                    WEXITSTATUS(status));
  return false;
}

double kn_seconds(void) {
  static struct timespec start;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (!start.tv_sec)
    start = now;
  return (double)(now.tv_sec - start.tv_sec) + 1e-9 * (double)(now.tv_nsec - start.tv_nsec);
}
