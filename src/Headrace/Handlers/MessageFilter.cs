namespace Headrace;

/// <summary>
/// A step around a handler. It sees the message, its metadata and, after <paramref name="next"/>, the handler's result; not calling
/// <paramref name="next"/> settles the record unhandled, an exception fails it.
/// </summary>
public delegate ValueTask MessageFilter(MessageContext context, MessageDelegate next);
