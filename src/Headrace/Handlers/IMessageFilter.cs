namespace Headrace;

/// <summary>A <see cref="MessageFilter"/> as a class: of the lifetime it is registered with, one instance for each place where it is used when it is not registered.</summary>
public interface IMessageFilter
{
    /// <summary>Does its part before and after <paramref name="next"/>.</summary>
    ValueTask InvokeAsync(MessageContext context, MessageDelegate next);
}
