namespace Headrace;

/// <summary>How far a redrive is.</summary>
/// <param name="Scanned">Records of dead-letter topics looked at.</param>
/// <param name="ToScan">Those there are, about: an offset may hold none.</param>
/// <param name="Matched">Dead letters that are meant.</param>
/// <param name="Done">Those of them that are redriven or discarded, and committed.</param>
public readonly record struct RedriveProgress(long Scanned, long ToScan, long Matched, long Done);
