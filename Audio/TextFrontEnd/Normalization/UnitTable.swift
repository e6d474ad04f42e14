/// A unit of measurement as it is spoken.
struct MeasurementUnit: Hashable, Sendable {
  var singular: String
  var plural: String

  init(_ singular: String, _ plural: String? = nil) {
    self.singular = singular
    self.plural = plural ?? singular + "s"
  }

  func name(forOne: Bool) -> String { forOne ? singular : plural }
}

/// Abbreviated units, written as after a number.
enum UnitTable {
  static func unit(_ symbol: String) -> MeasurementUnit? { units[symbol] }

  /// Units that are also words: read as units only right behind the digits ("5in") or before a full stop.
  static let ambiguous: Set<String> = ["in", "a", "A", "M", "K", "k", "C", "F", "p", "d", "B", "b", "T", "x"]

  /// What may follow a slash: "km/h", "$5/day".
  static func perUnit(_ symbol: String) -> String? { per[symbol] ?? units[symbol]?.singular }

  private static let per = [
    "h": "hour", "hr": "hour", "s": "second", "sec": "second", "min": "minute", "d": "day", "day": "day",
    "hour": "hour", "week": "week", "wk": "week", "month": "month", "mo": "month", "year": "year", "yr": "year",
    "person": "person", "night": "night", "gallon": "gallon", "mile": "mile", "unit": "unit", "minute": "minute",
    "second": "second", "pound": "pound",
  ]

  private static let units: [String: MeasurementUnit] = {
    var table = named.reduce(into: [:]) { $0[$1.key] = $1.value }
    for (prefix, word) in prefixes {
      for (symbol, unit) in scalable where table[prefix + symbol] == nil {
        table[prefix + symbol] = MeasurementUnit(word + unit.singular, word + unit.plural)
      }
    }
    return table
  }()

  private static let prefixes = [
    ("G", "giga"), ("M", "mega"), ("k", "kilo"), ("c", "centi"), ("m", "milli"), ("µ", "micro"), ("n", "nano"),
    ("T", "tera"), ("h", "hecto"), ("d", "deci"),
  ]

  private static let scalable: [String: MeasurementUnit] = [
    "m": .init("meter"), "g": .init("gram"), "Hz": .init("hertz", "hertz"), "W": .init("watt"), "V": .init("volt"),
    "s": .init("second"), "A": .init("ampere"), "J": .init("joule"), "Pa": .init("pascal"), "L": .init("liter"),
    "l": .init("liter"), "N": .init("newton"), "Wh": .init("watt hour"), "bit": .init("bit"),
    "eV": .init("electron volt"),
    "F": .init("farad"), "cal": .init("calorie"), "byte": .init("byte"),
  ]

  private static let named: [String: MeasurementUnit] = [
    "m": .init("meter"), "g": .init("gram"), "Hz": .init("hertz", "hertz"), "W": .init("watt"), "V": .init("volt"),
    "s": .init("second"), "J": .init("joule"), "Pa": .init("pascal"), "L": .init("liter"), "l": .init("liter"),
    "N": .init("newton"), "Wh": .init("watt hour"), "hz": .init("hertz", "hertz"),
    "kHz": .init("kilohertz", "kilohertz"), "khz": .init("kilohertz", "kilohertz"),
    "MHz": .init("megahertz", "megahertz"), "GHz": .init("gigahertz", "gigahertz"),
    "ghz": .init("gigahertz", "gigahertz"),
    "KB": .init("kilobyte"), "kB": .init("kilobyte"), "MB": .init("megabyte"), "GB": .init("gigabyte"),
    "TB": .init("terabyte"), "PB": .init("petabyte"), "KiB": .init("kibibyte"), "MiB": .init("mebibyte"),
    "GiB": .init("gibibyte"), "Kb": .init("kilobit"), "Mb": .init("megabit"), "Gb": .init("gigabit"),
    "kbps": .init("kilobit per second", "kilobits per second"),
    "Kbps": .init("kilobit per second", "kilobits per second"),
    "Mbps": .init("megabit per second", "megabits per second"),
    "Gbps": .init("gigabit per second", "gigabits per second"), "bps": .init("bit per second", "bits per second"),
    "ft": .init("foot", "feet"), "in": .init("inch", "inches"), "yd": .init("yard"), "yds": .init("yard"),
    "mi": .init("mile"), "lb": .init("pound"), "lbs": .init("pound"), "oz": .init("ounce"), "gal": .init("gallon"),
    "pt": .init("pint"), "qt": .init("quart"), "tsp": .init("teaspoon"), "tbsp": .init("tablespoon"),
    "mph": .init("mile per hour", "miles per hour"), "kph": .init("kilometer per hour", "kilometers per hour"),
    "kmh": .init("kilometer per hour", "kilometers per hour"), "mpg": .init("mile per gallon", "miles per gallon"),
    "fps": .init("frame per second", "frames per second"), "psi": .init("P S I", "P S I"),
    "rpm": .init("R P M", "R P M"), "bpm": .init("beat per minute", "beats per minute"),
    "hp": .init("horsepower", "horsepower"),
    "h": .init("hour"), "hr": .init("hour"), "hrs": .init("hour"), "min": .init("minute"), "mins": .init("minute"),
    "sec": .init("second"), "secs": .init("second"), "yr": .init("year"), "yrs": .init("year"), "wk": .init("week"),
    "wks": .init("week"), "mo": .init("month"), "mos": .init("month"), "dB": .init("decibel"), "ha": .init("hectare"),
    "kcal": .init("kilocalorie"), "cal": .init("calorie"), "px": .init("pixel"), "kgs": .init("kilogram"),
    "KG": .init("kilogram"), "Kg": .init("kilogram"), "kms": .init("kilometer"), "KM": .init("kilometer"),
    "Km": .init("kilometer"), "cms": .init("centimeter"), "gm": .init("gram"), "gms": .init("gram"),
    "ML": .init("milliliter"), "pts": .init("point"), "Ω": .init("ohm"), "kΩ": .init("kilo ohm"),
    "KΩ": .init("kilo ohm"),
    "MΩ": .init("mega ohm"), "mΩ": .init("milli ohm"), "µΩ": .init("micro ohm"), "GΩ": .init("giga ohm"),
    "mmHg": .init("millimeter of mercury", "millimeters of mercury"), "dpi": .init("dot per inch", "dots per inch"),
    "K": .init("K", "K"), "mol": .init("mole"), "ppm": .init("part per million", "parts per million"),
    "Ah": .init("amp hour"), "mAh": .init("milliamp hour"), "mA": .init("milliamp"), "nm": .init("nanometer"),
    "pm": .init("P M", "P M"), "am": .init("A M", "A M"), "cc": .init("C C", "C C"), "ms": .init("millisecond"),
    "USD": .init("U S dollar"), "EUR": .init("euro"), "GBP": .init("british pound"),
    "JPY": .init("japanese yen", "japanese yen"), "CAD": .init("canadian dollar"), "AUD": .init("australian dollar"),
    "CHF": .init("swiss franc"), "INR": .init("indian rupee"), "CNY": .init("chinese yuan", "chinese yuan"),
    "p": .init("penny", "pence"), "bn": .init("billion", "billion"), "mn": .init("million", "million"),
    "M": .init("million", "million"), "k": .init("K", "K"),
  ]
}
