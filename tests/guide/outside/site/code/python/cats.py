from words import cats

# START count
print(len(cats))
# END count
