"""The sections of the page, a module for each: `TITLE`, and `content`, which is empty where there is nothing to say."""
