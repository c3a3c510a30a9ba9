namespace Headrace;

/// <summary>The rest of a pipeline: later filters, then the handler.</summary>
public delegate ValueTask MessageDelegate(MessageContext context);
