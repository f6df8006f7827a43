"""`make bench`: the answer path, then the whole way on Telegram beside a bare echo bot.

The exit status is 1 when a target is missed.
"""

from __future__ import annotations

import sys

from benchmarks import answers, telegram


def main() -> int:
    """Run both; bounded to about three minutes."""
    kept = answers.main()
    print(flush=True)
    return 0 if telegram.main() and kept else 1


if __name__ == "__main__":
    sys.exit(main())
