namespace Coda.Web.Components.Terminals;

/// <summary>How many cells a window shows, as the page measures it, and on what.</summary>
/// <param name="Columns">Cells in a row.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Touch">Whether fingers work it.</param>
/// <param name="Device">The browser and its system, as the browser says.</param>
internal sealed record TerminalWindow(int Columns, int Rows, bool Touch = false, string Device = "");
