using System.Globalization;

namespace Coda.Benchmarks;

/// <summary>One line of the report.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Value">The value.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Target">What is wanted, for people.</param>
/// <param name="Met">Whether it is met.</param>
/// <param name="Baseline">What it is compared with, measured in the same run; none = an absolute target.</param>
internal sealed record Measurement(string What, double Value, string Unit, string Target, bool Met, double? Baseline = null)
{
    public override string ToString()
    {
        var baseline = Baseline is { } known ? Number(known) : "-";
        var ratio = Baseline is { } divisor ? (Value / divisor).ToString("0.00", CultureInfo.InvariantCulture) : "-";
        return $"{What,-58} {Number(Value),12} {baseline,12} {ratio,8}  {Target}{(Met ? "" : "   MISSED")}";
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>The smallest value that so large a part of the values does not exceed.</summary>
    public static double Percentile(IEnumerable<double> values, double part)
    {
        var sorted = values.Order().ToList();
        return sorted[(int)Math.Ceiling(part * sorted.Count) - 1];
    }

    private string Number(double number) => $"{number.ToString("0.##", CultureInfo.InvariantCulture)} {Unit}";
}
