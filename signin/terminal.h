// SPDX-License-Identifier: Apache-2.0
// What is known of the terminal on which somebody signs in. Over ssh that is nothing: sshd hears of it afterwards.
#pragma once
#include <stdbool.h>

struct terminal {
  int columns;
  int lines;
  bool utf8; // it reads what it is sent as UTF-8 (IUTF8 of termios(3)), as far as one knows
};

// Of TTY, as PAM_TTY has it ("tty1", "/dev/pts/3"). 80 columns, 24 lines and no UTF-8 if it says nothing.
struct terminal terminal_of(const char *tty);

// The same for ssh, where all that can be said is what is usual: 80 columns and 24 lines, in UTF-8.
struct terminal terminal_of_ssh(void);
