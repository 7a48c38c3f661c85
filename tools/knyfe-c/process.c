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

char *kn_read_file(const char *path, size_t *size) {
  FILE *in = fopen(path, "rb");
  char *data = NULL, buffer[1 << 14];
  FILE *copy = in ? open_memstream(&data, size) : NULL;
  for (size_t n; copy && (n = fread(buffer, 1, sizeof buffer, in)) > 0;)
    fwrite(buffer, 1, n, copy);
  bool ok = copy && !ferror(in);
  ok = copy && !fclose(copy) && ok;
  if (in)
    fclose(in);
  if (ok)
    return data;
  free(data);
  return NULL;
}

bool kn_copy_file(const char *from, const char *to) {
  size_t size;
  char *data = kn_read_file(from, &size);
  if (!data)
    kn_report_plain(KN_DIAG_cannot_read, "cannot read '%s'", from);
  bool ok = data && kn_write_file(to, data, size);
  free(data);
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

/* Starts argv[0] and waits; the wait status, or -1 after a message if it could not run. */
static int spawn(char *const *argv, const char *stdout_path, const char *stderr_path) {
  fflush(NULL);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (stdout_path)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, stdout_path,
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (stderr_path)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, stderr_path,
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t pid;
  int error = posix_spawn(&pid, argv[0], &actions, NULL, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error) {
    kn_report_plain(KN_DIAG_tool_failed, "cannot run '%s': %s", argv[0], strerror(error));
    return -1;
  }
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return -1;
  return status;
}

bool kn_run_to_file(char *const *argv, const char *stderr_path) {
  int status = spawn(argv, NULL, stderr_path);
  return status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool newer(const struct timespec *a, const struct timespec *b) {
  return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

char *kn_compiled_headers(const char *clang) {
  const char *slash = strrchr(clang, '/');
  char *bin = slash ? strndup(clang, (size_t)(slash - clang)) : strdup(".");
  if (!bin)
    abort();
  char *path = kn_join_path(bin, "../lib/mtia/knyfe.pch");
  char *headers = kn_join_path(bin, "../lib/mtia/include/mtia");
  struct stat own, other;
  DIR *d = NULL;
  bool ok = stat(path, &own) == 0 && stat(clang, &other) == 0 &&
            !newer(&other.st_mtim, &own.st_mtim) && (d = opendir(headers)) != NULL;
  for (struct dirent *e; ok && (e = readdir(d));) {
    char *header = kn_join_path(headers, e->d_name);
    ok = stat(header, &other) == 0 &&
         (!S_ISREG(other.st_mode) || !newer(&other.st_mtim, &own.st_mtim));
    free(header);
  }
  if (d)
    closedir(d);
  free(bin);
  free(headers);
  if (ok)
    return path;
  free(path);
  return NULL;
}

bool kn_run_quietly(char *const *argv) {
  int status = spawn(argv, "/dev/null", "/dev/null");
  return status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool kn_run(char *const *argv, const char *stdout_path, bool verbose) {
  if (verbose) {
    for (int i = 0; argv[i]; i++)
      fprintf(stderr, "%s%s", i ? " " : "", argv[i]);
    fputc('\n', stderr);
  }
  int status = spawn(argv, stdout_path, NULL);
  if (status < 0)
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
