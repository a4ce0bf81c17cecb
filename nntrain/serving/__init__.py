"""A trained run as a service: `nntrain serve RUN` answers requests with the numbers of `nntrain predict`."""
