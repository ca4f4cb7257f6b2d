module example.org/snippets

go 1.22
