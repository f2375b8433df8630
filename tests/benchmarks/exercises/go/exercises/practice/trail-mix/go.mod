module trailmix

go 1.18
