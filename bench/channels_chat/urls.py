"""No pages: the benchmark's clients speak to the sockets."""

urlpatterns: list[object] = []
