#!/usr/bin/env bash
# Makes the files in /tmp/demo that the recorded programs show. They have no name or path of this machine.
set -eu
until rm -rf /tmp/demo; do :; done # what an agent left running may still write there
mkdir -p /tmp/demo/project/src /tmp/demo/project/docs /tmp/demo/home
cd /tmp/demo

cat > project/src/main.c <<'C'
#include <stdio.h>
/* Prints a triangle. */
#define ROWS 12
static int square(int n) { return n * n; }

int main(int argc, char **argv)
{
	for (int row = 1; row <= ROWS; row++) {
		for (int column = 0; column < row; column++)
			printf("%4d ", square(column) + argc);
		putchar('\n');	// one line each, of growing length: a comment that is far too long for any screen of eighty columns, and so it wraps
	}
	return argv == NULL ? 1 : 0;
}
C
for i in $(seq 400); do
  echo "Line $i: the quick brown fox jumps over the lazy dog, $((i * i)) times, without ever being tired"
done > project/docs/long.txt
for i in $(seq 30); do printf '%d %s\n' "$i" "$(printf 'abcdefghij%.0s' $(seq $((i * 2))))"; done > project/docs/wrapped.txt
cat > project/docs/unicode.txt <<'TEXT'
English: “quotes” — dashes … and bullets •
German: Füße, Äpfel, Öl, ẞ   Greek: Ωμέγα   Russian: Съешь же ещё
CJK: 你好，世界。ｆｕｌｌ　ｗｉｄｔｈ 日本語テキスト 한국어 텍스트
Emoji: 👍 👍🏽 👩‍💻 👨‍👩‍👧‍👦 🏳️‍🌈 ❤️ ☺︎ 1️⃣ 🇩🇪🇫🇷🇯🇵 🧑🏿‍🚀
Devanagari: क्षि नमस्ते हिन्दी   Tamil: வணக்கம்   Thai: ภาษาไทย ก็ น้ำ
Arabic: العربية   Hebrew: עברית   Combining: é ọ̈ a̐ Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞
Boxes: ┌─┬─┐ │ │ ├─┼─┤ └─┴─┘ ╔═╗ ║ ╚═╝ █▓▒░ ⣿⣷⣯ ⠋⠙⠹
TEXT
for i in $(seq 6); do sed "s/^/$i /" project/docs/unicode.txt; done > project/docs/unicodes.txt
cat > project/docs/demo.1 <<'MAN'
.TH DEMO 1 "2026" "demo 1.0" "Demonstrations"
.SH NAME
demo \- print triangles of squares
.SH SYNOPSIS
.B demo
[\fB\-r\fR \fIrows\fR]
.SH DESCRIPTION
.B demo
prints a triangle whose numbers are the squares of their columns. The number of rows is twelve unless
.I rows
says otherwise. Everything that follows is only here so that there is more than fits on a page.
.SH OPTIONS
.TP
\fB\-r\fR \fIrows\fR
How many rows.
.TP
.B \-\-help
Says what it can do, in fewer words than this page.
.SH EXAMPLES
.nf
demo \-r 3
demo \-r 30 | less
.fi
.SH BUGS
None that the page knows of. A paragraph of some length ends it, which is broken into lines by the formatter,
justified at both margins and hyphenated where that is necessary.
MAN
cat > progress.sh <<'SH'
for i in $(seq 0 4 100); do
  printf '\r\033[K%3d%% [%-50s] ⠹ ' "$i" "$(printf '#%.0s' $(seq $((i / 2 + 1))))"
done
printf '\r\033[Kdone\n'
for i in 1 2 3 4 5; do printf 'task %d: \033[33mwaiting\033[m\n' $i; done
for i in 1 2 3 4 5; do printf '\033[%dA\r\033[Ktask %d: \033[32mdone\033[m\033[%dB\r' $((6 - i)) $i $((6 - i)); done
SH
cat > colors.sh <<'SH'
for y in $(seq 0 11); do
  for x in $(seq 0 6 252); do
    printf '\033[38;2;%d;%d;%dm\033[48;2;%d;%d;%dm▀' $x $((y * 20)) $((255 - x)) $((255 - x)) $((y * 20 + 10)) $x
  done
  printf '\033[m\n'
done
for i in $(seq 0 255); do printf '\033[48;5;%dm%4d' $i $i; [ $((i % 16)) -eq 15 ] && printf '\033[m\n'; done
for i in 0 1 2 3 4 5 7 8 9 21 53; do printf '\033[%dmattribute %d\033[m ' $i $i; done
for i in 1 2 3 4 5; do printf '\033[4:%dm\033[58;2;255;%d;0mcurly\033[59m\033[m ' $i $((i * 40)); done
printf '\n\033]8;;http://example.org/\033\\a link\033]8;;\033\\ and '
printf '\033]8;id=1;http://example.org/two\033\\another\n in two lines\033]8;;\033\\\n'
SH

cd project
export GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.org GIT_COMMITTER_NAME=Ann GIT_COMMITTER_EMAIL=ann@example.org HOME=/tmp/demo/home
commit() { GIT_AUTHOR_DATE="2026-01-$1T12:00:00Z" GIT_COMMITTER_DATE="2026-01-$1T12:00:00Z" git commit -qam "$2"; }
git init -qb main . && git add . && commit 01 'Begin'
for i in 02 03 04; do echo "$i" >> docs/long.txt; commit $i "Add line $i — with “quotes”"; done
git checkout -qb side HEAD~2
for i in 05 06; do echo "// $i" >> src/main.c; commit $i "Note $i in the source: 你好"; done
git checkout -q main
GIT_AUTHOR_DATE=2026-01-07T12:00:00Z GIT_COMMITTER_DATE=2026-01-07T12:00:00Z git merge -q --no-ff -m 'Merge the side' side
sed -i 's/ROWS 12/ROWS 20/; s/lazy dog/sleeping dog/' src/main.c docs/long.txt
