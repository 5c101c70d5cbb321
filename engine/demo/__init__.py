"""The main job on a small library that is made up for it: `sync demo`."""
