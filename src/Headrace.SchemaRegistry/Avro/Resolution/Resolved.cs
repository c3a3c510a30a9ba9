namespace Headrace.Avro;

/// <summary>
/// How bytes of a writer's schema become a value of a reader's schema: the specification's "Schema Resolution", decided once per pair. What decodes
/// walks or compiles it; what judges compatibility looks for its faults.
/// </summary>
internal abstract class Resolved
{
}
