module belltower

go 1.18
