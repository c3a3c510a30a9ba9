namespace Headrace;

/// <summary>Makes a message of a record's bytes. An exception is a <see cref="MessageFormatException"/>: the record is dead-lettered at once. With a <see cref="FormatUnavailableException"/> it waits.</summary>
/// <param name="value">The bytes, valid during the call.</param>
/// <param name="record">The record they came with, for its headers and topic; its own value may be another, for example compressed.</param>
public delegate T? MessageReader<out T>(ReadOnlySpan<byte> value, Record record);
