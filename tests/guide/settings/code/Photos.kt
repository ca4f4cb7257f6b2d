fun main() {
    // START list
    println("A cat")
    // END list
}
