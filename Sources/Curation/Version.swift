/// The version of simcurate, as written into every index, run and report.
public let simcurateVersion = "0.1.0"
