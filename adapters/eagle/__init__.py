"""The Eagle app: what is in its library, and putting tracks there once each.

Eagle documents no detection of doubles, no key that makes an add repeatable, and shows what was
added only later. So every add looks first, by an address of ours (`items.track_url`) and an id that
follows from it, and an add whose answer is unclear is looked for before it is sent again.
"""
