/// Units of measurement behind numbers, by their written form.
enum Units {
  struct Unit {
    let one: String
    let many: String
  }

  /// The unit that is written so; its case counts.
  static func unit(_ text: String) -> Unit? { table[text] }

  private static let table: [String: Unit] = {
    var table: [String: Unit] = [:]
    func add(_ forms: [String], _ one: String, _ many: String? = nil) {
      for form in forms { table[form] = Unit(one: one, many: many ?? one + "s") }
    }
    let prefixes = [("k", "kilo"), ("M", "mega"), ("G", "giga"), ("T", "tera")]
    let small = [("m", "milli"), ("c", "centi"), ("n", "nano"), ("u", "micro")]
    for (short, name) in prefixes {
      add([short + "Hz"], name + "hertz", name + "hertz")
      add([short + "B"], name + "byte")
      add([short + "W"], name + "watt")
      add([short + "Wh"], name + "watt hour")
      add([short + "V"], name + "volt")
      add([short + "bps", short + "b/s"], name + "bit per second", name + "bits per second")
      add([short + "B/s"], name + "byte per second", name + "bytes per second")
    }
    for (short, name) in small {
      add([short + "m"], name + "meter")
      add([short + "s"], name + "second")
      add([short + "g"], name + "gram")
      add([short + "l", short + "L"], name + "liter")
      add([short + "A"], name + "amp")
      add([short + "Ah"], name + "amp hour")
      add([short + "W"], name + "watt")
      add([short + "V"], name + "volt")
    }
    add(["Hz"], "hertz", "hertz")
    add(["km"], "kilometer")
    add(["m"], "meter")
    add(["g"], "gram")
    add(["kg"], "kilogram")
    add(["L", "l"], "liter")
    add(["V"], "volt")
    add(["W"], "watt")
    add(["s", "sec", "secs"], "second")
    add(["min", "mins"], "minute")
    add(["h", "hr", "hrs"], "hour")
    add(["mi"], "mile")
    add(["yd", "yds"], "yard")
    add(["ft"], "foot", "feet")
    add(["in"], "inch", "inches")
    add(["lb", "lbs"], "pound")
    add(["oz"], "ounce")
    add(["mph"], "mile per hour", "miles per hour")
    add(["km/h", "kph", "kmh"], "kilometer per hour", "kilometers per hour")
    add(["m/s"], "meter per second", "meters per second")
    add(["dB"], "decibel")
    add(["px"], "pixel")
    add(["fps"], "frame per second", "frames per second")
    add(["rpm"], "revolution per minute", "revolutions per minute")
    add(["bpm"], "beat per minute", "beats per minute")
    add(["psi"], "pound per square inch", "pounds per square inch")
    add(["kcal"], "kilocalorie")
    add(["cal"], "calorie")
    add(["ha"], "hectare")
    add(["kPa"], "kilopascal")
    add(["KB"], "kilobyte")
    add(["USD"], "U S dollar")
    add(["EUR"], "euro")
    add(["GBP"], "pound")
    add(["gal"], "gallon")
    add(["pt"], "pint")
    return table
  }()
}
