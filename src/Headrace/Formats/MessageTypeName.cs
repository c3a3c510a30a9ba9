using System.Reflection;

namespace Headrace.Formats;

/// <summary>What a message type is called on the wire.</summary>
internal static class MessageTypeName
{
    public static string Of(Type type) => type.GetCustomAttribute<MessageTypeAttribute>()?.Name ?? type.Name;

    /// <summary>Why a type cannot be a message; <see langword="null"/> when it can.</summary>
    public static string? FaultOf(Type type) => type.IsGenericType && type.GetCustomAttribute<MessageTypeAttribute>() is null
        ? $"The message type {Describe(type)} is generic, so its simple name does not tell it apart on the wire. Give it [MessageType(\"…\")], or derive a type of your own."
        : null;

    private static string Describe(Type type) => $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(argument => argument.Name))}>";
}
