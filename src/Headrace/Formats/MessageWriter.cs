using System.Buffers;

namespace Headrace;

/// <summary>Writes a message as bytes.</summary>
/// <param name="message">The message.</param>
/// <param name="value">Where its bytes go.</param>
/// <param name="headers">The headers it will be produced with; a format may add its own.</param>
public delegate void MessageWriter<in T>(T message, IBufferWriter<byte> value, RecordHeaders headers);
