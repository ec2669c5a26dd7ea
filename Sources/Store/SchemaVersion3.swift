/// Version 3: what of each text reached the model.
enum SchemaVersion3 {
  /// From version 2.
  static let migration = """
    ALTER TABLE records ADD COLUMN seen_bytes INTEGER CHECK (seen_bytes >= 0);
    ALTER TABLE records ADD COLUMN unknown_words TEXT;
    """

  /// Lets a connection that may not write read a catalog of version 1 or 2, as
  /// ``SchemaVersion2/overVersion1`` does.
  static let overVersion2 = """
    CREATE TEMPORARY VIEW records AS
      SELECT *, NULL AS seen_bytes, NULL AS unknown_words FROM main.records;
    """
}
