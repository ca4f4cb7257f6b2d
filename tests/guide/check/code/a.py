# START A
x = 1
# END A
