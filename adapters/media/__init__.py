"""Media sites, through yt-dlp in this process: search, fetch, SoundCloud as a source."""
