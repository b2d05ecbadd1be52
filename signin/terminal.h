// SPDX-License-Identifier: Apache-2.0
// What is known of the terminal on which somebody signs in. Over ssh that is nothing: sshd hears of it afterwards.
#pragma once
#include <stdbool.h>
#include <sys/types.h>

struct terminal {
  int columns;
  int lines;
  bool dumb; // TERM says that it takes letters only
  bool utf8; // it reads what it is sent as UTF-8 (IUTF8 of termios(3)), as far as one knows
};

// Of TTY, as PAM_TTY has it ("tty1", "/dev/pts/3"), on which the program PID was started, which may be the person's to
// say. 80 columns, 24 lines and no UTF-8 where nothing is known.
struct terminal terminal_of(const char *tty, pid_t pid);

// The same for ssh, where all that can be said is what is usual: 80 columns and 24 lines, in UTF-8.
struct terminal terminal_of_ssh(void);
