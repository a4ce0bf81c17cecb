"""`python -m nntrain`."""

from nntrain.cli import main

if __name__ == "__main__":
    main()
