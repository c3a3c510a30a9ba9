using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;

namespace Headrace.Handlers;

/// <summary>Checks messages by the attributes of System.ComponentModel.DataAnnotations.</summary>
internal static class MessageValidation
{
    /// <summary>Throws a <see cref="ValidationException"/> that names every member at fault, without its value.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Handlers are bound by reflection already.")]
    public static object Check(object message)
    {
        var faults = new List<ValidationResult>();
        return Validator.TryValidateObject(message, new(message), faults, validateAllProperties: true)
            ? message
            : throw new ValidationException($"{message.GetType().Name} is not valid: {string.Join(" ", faults.Select(static fault => fault.ErrorMessage))}");
    }
}
