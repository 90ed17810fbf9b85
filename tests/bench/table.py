# SPDX-License-Identifier: GPL-3.0-or-later
"""What a bench prints: costs, and ratios with the bound that each must meet."""

import statistics

from measure import Cost


class Table:
    def __init__(self):
        self.rows = []
        self.n_missed = 0

    def head(self, title):
        print(f"\n{title}\n  {'':44} {'seconds':>8} {'CPU s':>8} {'MB memory':>10} {'MB temporary':>13}", flush=True)

    def cost(self, title, cost):
        print(f"  {title:44} {cost.wall:8.2f} {cost.cpu:8.2f} {cost.memory / 1e6:10.0f} {cost.temporary / 1e6:13.1f}",
              flush=True)

    def judge(self, title, value, word, bound):
        """word: least or most."""
        is_met = value >= bound if word == "least" else value <= bound
        self.n_missed += not is_met
        self.rows.append(f"{title:64} {value:8.2f}  at {word:5} {bound:6.2f}  {'met' if is_met else 'NOT MET'}")
        print("  → " + self.rows[-1], flush=True)

    def finish(self):
        print("\n" + "\n".join(self.rows), flush=True)


def median(costs):
    return Cost(*(statistics.median(getattr(cost, name) for cost in costs)
                  for name in ("wall", "cpu", "memory", "temporary")))
