using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Web.Security;

namespace Coda.Web.Configuration;

/// <summary>The environment variables of settings: names others depend on, and what each one sets.</summary>
internal static class SettingNames
{
    private static readonly Dictionary<string, string> KeyOf = new()
    {
        ["CODA_HOME"] = $"{ServerOptions.Section}:{nameof(ServerOptions.Home)}",
        ["DATABRICKS_APP_PORT"] = $"{ServerOptions.Section}:{nameof(ServerOptions.Port)}",
        ["CODA_AUTH"] = $"{AccessOptions.Section}:{nameof(AccessOptions.Auth)}",
        ["APP_OWNER_EMAIL"] = $"{AccessOptions.Section}:{nameof(AccessOptions.OwnerEmail)}",
        ["CODA_APP_URL"] = $"{AccessOptions.Section}:{nameof(AccessOptions.AppUrl)}",
        ["DATABRICKS_HOST"] = $"{AccessOptions.Section}:{nameof(AccessOptions.WorkspaceHost)}",
        ["MAX_CONCURRENT_SESSIONS"] = $"{TerminalOptions.Section}:{nameof(TerminalOptions.MaxConcurrent)}",
        ["CODA_MAX_CONCURRENT"] = $"{TaskOptions.Section}:{nameof(TaskOptions.MaxConcurrent)}",
        ["CODA_TASK_TTL"] = $"{TaskOptions.Section}:{nameof(TaskOptions.TtlSeconds)}",
    };

    /// <summary>Lets each variable that is set win over its key in any file; an empty one counts as not set.</summary>
    public static void AddTo(IConfigurationManager configuration) =>
        configuration.AddInMemoryCollection(KeyOf
            .Where(pair => !string.IsNullOrWhiteSpace(configuration[pair.Key]))
            .Select(pair => KeyValuePair.Create(pair.Value, configuration[pair.Key]?.Trim()))
            .ToList());

    /// <summary>What to call a setting in a message: the variable where one is set, else the key.</summary>
    public static string Display(IConfiguration configuration, string key) =>
        KeyOf.FirstOrDefault(pair => pair.Value.Equals(key, StringComparison.OrdinalIgnoreCase)).Key is { } variable
        && !string.IsNullOrWhiteSpace(configuration[variable])
            ? variable
            : key;
}
