import random

prices = {"rose": 3}

# START price of a rose
print(prices["rose"])
# END price of a rose

# START price of a tulip
print(prices["tulip"])
# END price of a tulip

# START pick a flower
print(random.choice(list(prices)))
# END pick a flower

# START Expected price of a rose results
# 3
# END Expected price of a rose results
