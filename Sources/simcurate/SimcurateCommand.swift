@main struct SimcurateCommand { static func main() {} }
