// START connect
var client = new Client();
// END connect
