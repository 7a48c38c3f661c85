// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The language server. Inputs that begin with "Content-" are what a client sends, byte by byte; others
// are a document that is opened, asked about at some places, formatted and closed: answers, never
// a crash.
#include "lsp.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_message(FILE *to, const char *body) {
  fprintf(to, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
}

// The document as a JSON string.
static char *quoted(const uint8_t *data, size_t size) {
  char *text = malloc(6 * size + 3), *p = text;
  *p++ = '"';
  for (size_t i = 0; i < size; i++)
    p += data[i] >= 32 && data[i] != '"' && data[i] != '\\' ? sprintf(p, "%c", data[i])
                                                            : sprintf(p, "\\u%04x", data[i]);
  strcpy(p, "\"");
  return text;
}

static void put_document(FILE *to, const uint8_t *data, size_t size) {
#define AT "\"textDocument\": {\"uri\": \"untitled:x\""
  char *text = quoted(data, size), *body = malloc(strlen(text) + 300);
  put_message(to, "{\"id\": 1, \"method\": \"initialize\", \"params\": {}}");
  sprintf(body, "{\"method\": \"textDocument/didOpen\", \"params\": {" AT ", \"text\": %s}}}",
          text);
  put_message(to, body);
  unsigned line = 0, column = 0;
  for (size_t i = 0; i < size; i++) {
    if (i % 41 == 7)
      for (int hover = 0; hover < 2; hover++) {
        sprintf(body,
                "{\"id\": 2, \"method\": \"textDocument/%s\", \"params\": {" AT
                "}, \"position\": {\"line\": %u, \"character\": %u}}}",
                hover ? "hover" : "definition", line, column);
        put_message(to, body);
      }
    column = data[i] == '\n' ? 0 : column + 1;
    line += data[i] == '\n';
  }
  put_message(to, "{\"id\": 3, \"method\": \"textDocument/formatting\", \"params\": {" AT "}}}");
  put_message(to, "{\"method\": \"textDocument/didClose\", \"params\": {" AT "}}}");
  put_message(to, "{\"id\": 4, \"method\": \"shutdown\"}");
  put_message(to, "{\"method\": \"exit\"}");
  free(text);
  free(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (memmem(data, size, "import", 6)) // reads no files of this machine
    return 0;
  char *sent, *answers;
  size_t sent_size, answers_size;
  FILE *to = open_memstream(&sent, &sent_size), *out = open_memstream(&answers, &answers_size);
  if (size > 8 && !memcmp(data, "Content-", 8))
    fwrite(data, 1, size, to);
  else
    put_document(to, data, size);
  fclose(to);
  FILE *in = fmemopen(sent, sent_size ? sent_size : 1, "r");
  if (sent_size)
    kn_lsp(in, out);
  fclose(in);
  fclose(out);
  free(sent);
  free(answers);
  return 0;
}
