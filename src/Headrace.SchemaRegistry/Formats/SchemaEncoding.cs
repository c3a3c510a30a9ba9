using System.Buffers;

namespace Headrace.Formats;

/// <summary>How a type is written as one schema.</summary>
/// <param name="AfterId">What follows the schema's id: for Protobuf the message's place in its file.</param>
/// <param name="Encode">Writes a message.</param>
internal sealed record SchemaEncoding<T>(byte[] AfterId, Action<T, IBufferWriter<byte>> Encode);
