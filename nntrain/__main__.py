"""`python -m nntrain`."""

from nntrain.cli.app import main

if __name__ == "__main__":
    main()
