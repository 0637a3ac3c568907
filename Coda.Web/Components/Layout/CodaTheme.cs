using MudBlazor;

namespace Coda.Web.Components.Layout;

/// <summary>CoDA's colours and type, for MudBlazor.</summary>
public static class CodaTheme
{
    private static readonly string[] Sans =
        ["Inter", "ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"];

    /// <summary>Both palettes.</summary>
    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#0f766e",
            Secondary = "#b45309",
            Info = "#0369a1",
            Success = "#15803d",
            Warning = "#b45309",
            Error = "#b91c1c",
            Background = "#f6f7f9",
            Surface = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#16202c",
            DrawerBackground = "#eef0f4",
            DrawerText = "#2b3645",
            DrawerIcon = "#546174",
            TextPrimary = "#16202c",
            TextSecondary = "#546174",
            ActionDefault = "#546174",
            Divider = "#dde1e7",
            LinesDefault = "#dde1e7",
            LinesInputs = "#8a94a3",
            TableLines = "#e4e7ec",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#2dd4bf",
            PrimaryContrastText = "#06221f",
            Secondary = "#fbbf24",
            Info = "#7dd3fc",
            InfoContrastText = "#082f49",
            Success = "#4ade80",
            SuccessContrastText = "#052e16",
            Warning = "#fbbf24",
            WarningContrastText = "#3b2500",
            Error = "#f87171",
            ErrorContrastText = "#3b0a0a",
            Background = "#0f141a",
            Surface = "#171e27",
            AppbarBackground = "#141a22",
            AppbarText = "#e6eaf0",
            DrawerBackground = "#121820",
            DrawerText = "#c4ccd8",
            DrawerIcon = "#8d99aa",
            TextPrimary = "#e6eaf0",
            TextSecondary = "#9aa6b6",
            ActionDefault = "#9aa6b6",
            Divider = "#26303c",
            LinesDefault = "#26303c",
            LinesInputs = "#5b6878",
            TableLines = "#222c38",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px", DrawerWidthLeft = "248px", AppbarHeight = "48px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Sans, FontSize = ".9rem", LetterSpacing = "normal" },
            H1 = new H1Typography { FontSize = "1.35rem", FontWeight = "650", LineHeight = "1.3", LetterSpacing = "-.01em" },
            H2 = new H2Typography { FontSize = "1.02rem", FontWeight = "650", LineHeight = "1.4", LetterSpacing = "normal" },
            Button = new ButtonTypography { TextTransform = "none", FontWeight = "600", LetterSpacing = "normal" },
        },
    };
}
