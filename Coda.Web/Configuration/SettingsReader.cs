using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Coda.Core;

namespace Coda.Web.Configuration;

/// <summary>Reads sections into option classes by the law of their annotations, and collects everything that is wrong.</summary>
internal sealed class SettingsReader(IConfiguration configuration)
{
    private readonly List<string> problems = [];

    /// <summary>Reads one section; where something is wrong with a key, its default is used until <see cref="ThrowIfWrong"/>.</summary>
    public T Read<T>(string section) where T : class, new()
    {
        var options = new T();
        ReadInto(options, configuration.GetSection(section));
        return options;
    }

    /// <summary>Notes a rule that no annotation can say.</summary>
    public void Require(bool fulfilled, string key, string rule)
    {
        if (!fulfilled)
        {
            Note(key, rule);
        }
    }

    /// <summary>Notes log levels that there are not; section <c>Logging</c> is otherwise the framework's.</summary>
    public void RequireLogLevels()
    {
        var logging = configuration.GetSection("Logging");
        var levels = logging.GetChildren().Append(logging).SelectMany(section => section.GetSection("LogLevel").GetChildren());
        foreach (var level in levels)
        {
            Require(
                level.Value is null || Enum.TryParse<LogLevel>(level.Value, ignoreCase: true, out _), level.Path,
                $"must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}");
        }
    }

    /// <summary>Ends the start, if anything was wrong, with all of it in one message.</summary>
    public void ThrowIfWrong()
    {
        if (problems.Count > 0)
        {
            throw new StartupException(
                $"CoDA cannot start with these settings:{string.Concat(problems.Select(p => $"{Environment.NewLine}  - {p}"))}");
        }
    }

    private void ReadInto(object options, IConfigurationSection section)
    {
        var properties = options.GetType().GetProperties().Where(p => p.CanWrite || IsList(p) || IsGroup(p)).ToList();
        foreach (var child in section.GetChildren())
        {
            var property = properties.FirstOrDefault(p => p.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                problems.Add($"{child.Path} is not a setting. {section.Path} has: {string.Join(", ", properties.Select(p => p.Name))}.");
            }
            else if (IsList(property))
            {
                child.Bind(property.GetValue(options));
            }
            else if (IsGroup(property))
            {
                ReadInto(property.GetValue(options)!, child);
            }
            else
            {
                ReadValue(options, property, child);
            }
        }
    }

    private void ReadValue(object options, PropertyInfo property, IConfigurationSection setting)
    {
        if (!TryConvert(property.PropertyType, setting.Value ?? "", out var value))
        {
            Note(setting.Path, $"must be {Describe(property.PropertyType)}");
            return;
        }

        foreach (var rule in property.GetCustomAttributes<ValidationAttribute>().Where(rule => !rule.IsValid(value)))
        {
            Note(setting.Path, rule switch
            {
                RangeAttribute range => $"must be between {range.Minimum} and {range.Maximum}",
                RequiredAttribute => "must not be empty",
                _ => rule.FormatErrorMessage(property.Name),
            });
        }

        property.SetValue(options, value);
    }

    private void Note(string key, string rule) =>
        problems.Add($"{SettingNames.Display(configuration, key)}={configuration[key]} {rule}.");

    private static bool IsList(PropertyInfo property) => property.PropertyType == typeof(IList<string>);

    /// <summary>Whether a property is a section of its own.</summary>
    private static bool IsGroup(PropertyInfo property) =>
        !property.CanWrite && property.PropertyType is { IsClass: true } type && type.Name.EndsWith("Options", StringComparison.Ordinal);

    private static bool TryConvert(Type type, string text, out object? value)
    {
        try
        {
            value = TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
            return !type.IsEnum || Enum.IsDefined(type, value!);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or NotSupportedException)
        {
            // Converters wrap what went wrong in whatever they like; it is always the operator's text that is wrong.
            value = null;
            return false;
        }
    }

    private static string Describe(Type type) => type switch
    {
        _ when type.IsEnum => $"one of {string.Join(", ", Enum.GetNames(type)).ToLowerInvariant()}",
        _ when type == typeof(int) || type == typeof(long) => "a whole number",
        _ when type == typeof(double) => "a number",
        _ when type == typeof(bool) => "true or false",
        _ => $"a {type.Name}",
    };
}
