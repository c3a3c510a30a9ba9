namespace Headrace.Broker.Requests;

/// <summary>What IncrementalAlterConfigs does to a setting.</summary>
internal enum SettingOperation : sbyte
{
    Set = 0,
    Delete = 1,
    Append = 2,
    Subtract = 3,
}
