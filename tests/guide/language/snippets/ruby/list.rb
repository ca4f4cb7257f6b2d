# START list
puts "A cat"
# END list
